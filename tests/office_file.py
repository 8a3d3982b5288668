"""A PowerPoint file as an office has it, for tests of slides on its master."""

from io import BytesIO

from PIL import Image
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Inches


def logo():
    buffer = BytesIO()
    Image.new("RGB", (60, 20), "#aa2222").save(buffer, "PNG")
    return buffer.getvalue()


def office_file(*, wide=13.333, high=7.5, where=(12.2, 0.02), dark=False):
    """Return an office's presentation: a background, a logo on the master, its typeface, and a slide of its own."""
    made = Presentation()
    made.slide_width, made.slide_height = Inches(wide), Inches(high)
    made.core_properties.author = "SECRET AUTHOR"
    master = made.slide_master
    background = master.background.fill
    background.solid()
    background.fore_color.rgb = RGBColor(0xFD, 0xF6, 0xE3)
    if dark:
        # As in PowerPoint's own dark designs: the dark colour of the theme is the ground, the light one that of text.
        background.fore_color.theme_color = MSO_THEME_COLOR.BACKGROUND_1
        colours = master.element.find(qn("p:clrMap"))
        for name, value in {"bg1": "dk1", "tx1": "lt1", "bg2": "dk2", "tx2": "lt2"}.items():
            colours.set(name, value)
    picture = made.slides.add_slide(made.slide_layouts[6]).shapes.add_picture(BytesIO(logo()), 0, 0)
    image = picture._element
    relation = master.part.relate_to(made.slides[0].part.related_part(image.blip_rId), RELATIONSHIP_TYPE.IMAGE)
    image.getparent().remove(image)
    image.find(".//" + qn("a:blip")).set(qn("r:embed"), relation)
    master.shapes._spTree.append(image)
    image.nvPicPr.cNvPr.set("name", "Office logo")
    image.x, image.y = Inches(where[0]), Inches(where[1])
    image.cx, image.cy = Inches(0.9), Inches(0.3)
    box = made.slides[0].shapes.add_textbox(0, 0, Inches(3), Inches(1))
    box.text_frame.text = "SECRET SLIDE"
    made.slides[0].notes_slide.notes_text_frame.text = "SECRET NOTES"
    return saved(made)


def saved(made):
    buffer = BytesIO()
    made.save(buffer)
    return buffer.getvalue()
