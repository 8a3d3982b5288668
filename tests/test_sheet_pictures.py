"""Sheets look as they did: compared with kept pictures, with a tolerance."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageFilter

from tests.sheet_pictures import FOLDER, PICTURES


def difference(one, other):
    """Return the share of the picture, in percent, that differs by more than antialiasing does."""
    both = [picture.convert("RGB").filter(ImageFilter.BoxBlur(1)) for picture in (one, other)]
    worst = np.asarray(ImageChops.difference(*both)).max(axis=2)
    return float((worst > 24).mean() * 100)


@pytest.mark.parametrize("name", PICTURES)
def test_a_sheet_looks_as_it_did(plan, name, tmp_path):
    expected = Image.open(FOLDER / f"{name}.png")
    drawn = Image.open(BytesIO(PICTURES[name](plan)))
    drawn.save(tmp_path / f"{name}.png")
    assert drawn.size == expected.size
    found = difference(drawn, expected)
    assert found < 0.05, f"{found:.2f} % of {name} differs: look at {tmp_path}, then 'make pictures' if it is meant"


def test_a_change_is_seen():
    """A symbol more, a name moved by two millimetres and another colour must not pass."""
    picture = Image.open(FOLDER / "district-a3.png").convert("RGB")
    symbol = picture.copy()
    symbol.paste((0, 114, 178), (600, 400, 614, 414))
    name = picture.copy()
    part = picture.crop((560, 255, 640, 275))
    name.paste(part, (566, 260))
    tinted = ImageChops.multiply(picture, Image.new("RGB", picture.size, (255, 225, 225)))
    assert difference(picture, picture) == 0
    for changed in (symbol, name, tinted):
        assert difference(picture, changed) > 0.01
