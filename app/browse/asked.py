"""What of own layers the map shows, where that is not all: said above the panel, with the way back to all of it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from app import session
from layers import escape
from layers.plan.layer_question import questions_text
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.translation import Translation


def show_asked(plan: Plan, scene: Scene, text: Translation) -> None:
    """Draw what is asked of each own layer, a link to its page, and a button that shows all of it again.

    The map itself knows which layers are switched on, so that what is asked of one that is off stands here too.
    """
    if not scene.questions:
        return
    from layers.own.files import own_layers
    from layers.own.question_words import asked_words

    for layer in own_layers(plan):
        question = scene.questions.get(layer.scene_id)
        if not question:
            continue
        words = asked_words(plan, layer, question, text)
        asked = {
            "layer": layer.id,
            "ask": questions_text({layer.scene_id: question}),
            "show": layer.scene_id,
            **({"lang": text.language} if text.language != "zh" else {}),
        }
        link = f"/layers?{urlencode(asked)}"
        with st.container(key=f"asked-{layer.id}", gap="small"):
            st.html(
                f"<p class='pm-asked'>{escape.html(words)} "
                f"<a href='{escape.html(link)}'>{escape.html(text('ask-page.table'))}</a></p>"
            )
            st.button(text("ask-page.show-all"), key=f"ask-all-{layer.id}", on_click=_show_all, args=(layer.scene_id,))


def _show_all(scene_id: str) -> None:
    values = session.state()
    scene: Scene = values["scene"]
    values["scene"] = replace(scene, questions={key: each for key, each in scene.questions.items() if key != scene_id})
