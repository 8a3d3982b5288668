"""The choke point: text stays text in HTML, in script blocks and in Streamlit's Markdown."""

import html as html_library
import json
from html.parser import HTMLParser
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from layers.escape import html, markdown, script_json, template_environment, xml

characters = st.sampled_from("<>&\"'`${}/\\ \n=!-a:*_[]()#scriptimgon东") | st.characters(
    codec="utf-8", exclude_categories=["Cc"]
)
hostile = st.text(characters, max_size=60)


class Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.text = [], ""

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, attributes))

    def handle_data(self, data):
        self.text += data


def read(document):
    reader = Reader()
    reader.feed(document)
    reader.close()
    return reader


@given(hostile)
def test_html_is_text_between_tags(text):
    reader = read(f"<p>{html(text)}</p>")
    assert [tag for tag, _ in reader.tags] == ["p"]
    assert reader.text == html_library.unescape(html_library.escape(text))


@given(hostile)
def test_html_is_text_in_an_attribute(text):
    for quote in "\"'":
        ((tag, attributes),) = read(f"<p title={quote}{html(text)}{quote}>").tags
        assert (tag, len(attributes)) == ("p", 1)


@given(hostile)
def test_html_has_nothing_that_a_template_literal_acts_on(text):
    assert "`" not in html(text)
    assert "${" not in html(text)


@given(hostile)
def test_html_is_escaped_once(text):
    assert html(html(text)) == html(text)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | hostile,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(hostile, inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_script_json_reads_back(value):
    assert json.loads(script_json(value)) == value


@given(values)
def test_script_json_cannot_end_its_element_or_literal(value):
    assert not set(script_json(value)) & set("<>&'`$\u2028\u2029")


@given(hostile)
def test_markdown_is_text(text):
    rendered = MarkdownIt().enable(["strikethrough", "table"]).renderInline(markdown(text))
    shown = read(rendered)
    assert shown.tags == []
    assert shown.text.replace("\u2060", "") == " ".join(text.split()).replace("\u2060", "")


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=10))
def test_markdown_leaves_no_emoji_or_colour_code(name):
    assert f":{name}:" not in markdown(f":{name}:").replace("\\", "")


@given(hostile)
def test_templates_escape_every_value(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp()
    (folder / "page.html").write_text(
        "{% macro part(x) %}<b>{{ x }}</b>{% endmacro %}<p title='{{ x }}'>{{ part(x) }}</p>",
        encoding="utf-8",
    )
    reader = read(template_environment(folder).get_template("page.html").render(x=text))
    assert [tag for tag, _ in reader.tags] == ["p", "b"]
    assert reader.text == html_library.unescape(html_library.escape(text))


@given(hostile)
def test_xml_is_the_same_text_in_an_attribute_and_between_tags(text):
    read_again = ElementTree.fromstring(f'<a b="{xml(text)}">{xml(text)}</a>')  # noqa: S314 - written right here
    assert read_again.attrib == {"b": text}
    assert (read_again.text or "") == text
    assert not len(read_again)
