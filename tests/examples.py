"""Examples that several files of tests begin with."""

from layers.plan.deck import Deck, Slide
from layers.plan.scene import Scene
from layers.plan.terms import Text

KEYS = [
    "lang",
    "date",
    "status",
    "theme",
    "section",
    "kind",
    "evidence",
    "since",
    "changed",
    "waits",
    "stale",
    "q",
    "site",
    "task",
    "near",
    "at",
    "base",
    "show",
    "hide",
    "opacity",
]
"""What an address of the browse page can hold."""

DECK = Deck(
    "deck-1",
    Text("汇报", "Briefing"),
    (
        Slide(Text("总览", "Overview"), Text("共 {tasks} 项", "{tasks} tasks"), Text("先看这里", "Look here")),
        Slide(Text("东丽湖", "The lake"), scene=Scene(site="dongli-lake-centre")),
        Slide(Text("领域", "Themes")),
        Slide(Text("缺口", "Gaps")),
    ),
)
"""Four slides: with figures in its text, of a site, and two with a title only."""
