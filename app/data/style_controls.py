"""What the controls of a layer's style share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from layers.own.layer_style import LayerStyle
from layers.own.own_layer import OwnLayer
from layers.translation import Translation

COLOUR_PX = 90
"""Width of the field of a colour."""


@dataclass(frozen=True, slots=True)
class Form:
    """The controls of one layer in one state."""

    layer: OwnLayer
    style: LayerStyle
    """As it is kept."""
    text: Translation

    @property
    def fields(self) -> list[str]:
        """The fields that can be shown."""
        return [field.name for field in self.layer.fields if field.type != "binary"]

    def key(self, name: str) -> str:
        """Return the key of a control: another one once the layer is another."""
        return f"style-{name}-{self.layer.id}-{self.layer.version}"


def side_by_side() -> Any:
    """Return a row that stays one on a narrow screen: a small control, and one that takes the rest."""
    return st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
