"""The plan of a page as another program sees it, and changes it."""

from pathlib import Path

from layers.plan.deck import Deck
from layers.store.base import open_store, read_plan


class Desk:
    """A plan at a path or an address; `url` is that of its server, if it has one."""

    def __init__(self, path: Path | str, url: str = "") -> None:
        self.path, self.url = path, url
        self.store = open_store(str(path))
        self._read: tuple[str, tuple[Deck, ...]] = ("", ())

    @property
    def decks(self) -> tuple[Deck, ...]:
        # Who waits for a change asks again and again, and reading a plan takes the server's time on a small machine.
        version = self.store.version()
        if version != self._read[0]:
            self._read = version, read_plan(self.store).decks
        return self._read[1]

    def lay(self, *decks: Deck) -> None:
        """Put `decks` in the place of all that there are, as somebody else does it at any moment."""
        self.store.save_decks(decks, known=self.decks)

    def titles(self, number: int = 0) -> list[str]:
        return [slide.title.zh for slide in self.decks[number].slides]
