"""Markdown to safe HTML, with mentions, tags and links; plain text for search and snippets."""

import re
from collections.abc import Iterator, Mapping
from html import unescape

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from slugify import slugify

MAX_MENTIONS = 50
MAX_URL_SHOWN = 70
MARK = re.compile(
    r"(?P<url>https?://[^\s<>\"]+[^\s<>\".,;:!?)\]'»])"
    r"|(?<![\w@/.])@(?P<uid>[a-z0-9][a-z0-9._-]{0,62}[a-z0-9]|[a-z0-9])(?![\w@])"
    r"|(?<![\w#&/])#(?P<tag>[^\W\d_][\w-]{1,48})",
    re.IGNORECASE,
)
WIKI = re.compile(
    r"\[\[([^\[\]\n|]{1,120})(?:\|([^\[\]\n|]{1,120}))?\]\]"
)  # [[Title]], [[Title|words shown]]
PAGE = "#page:"  # what the address of a link to a page begins with, until somebody looks
PAGE_LINK = re.compile(r'<a href="' + PAGE + r"[^>]*>")  # one that leads nowhere outside of its group
GROUPS = "/g/"  # what the address of a group begins with in a text
TAGS = {
    "a",
    "p",
    "br",
    "strong",
    "em",
    "s",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "h3",
    "h4",
    "hr",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
ATTRIBUTES = {"a": {"href", "class", "title"}, "code": {"class"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}

People = Mapping[str, tuple[str, str]]  # login, or slug of a group -> (address, name)


def _link(href: str, text: str, css: str) -> list[Token]:
    opening = Token("link_open", "a", 1, attrs={"href": href, **({"class": css} if css else {})})
    return [opening, Token("text", "", 0, content=text), Token("link_close", "a", -1)]


def _split(text: str, people: People) -> list[Token]:
    """Cut a run of text at its addresses, mentions and tags."""
    tokens, end = [], 0
    for match in MARK.finditer(text):
        uid, tag, url = match["uid"], match["tag"], match["url"]
        if uid and uid.lower() not in people:
            continue
        tokens.append(Token("text", "", 0, content=text[end : match.start()]))
        if url:
            tokens += _link(url, url if len(url) <= MAX_URL_SHOWN else url[: MAX_URL_SHOWN - 1] + "…", "")
        elif uid:
            href, name = people[uid.lower()]
            tokens += _link(href, f"@{name}", "mention group" if href.startswith(GROUPS) else "mention")
        else:
            tokens += _link(f"/tags/{tag.lower()}", f"#{tag}", "tag")
        end = match.end()
    tokens.append(Token("text", "", 0, content=text[end:]))
    return tokens


def _decorate(state: StateCore) -> None:
    """Turn addresses, mentions and tags into links, outside code and links."""
    people: People = state.env.get("people", {})
    for block in state.tokens:
        if block.type != "inline" or not block.children:
            continue
        children: list[Token] = []
        depth = 0
        for token in block.children:
            depth += (token.type == "link_open") - (token.type == "link_close")
            plain = token.type == "text" and not depth and any(c in token.content for c in "@#:")
            children += _split(token.content, people) if plain else [token]
        block.children = children


def page_key(title: str) -> str:
    """Give what a page is linked by: its title in plain letters; empty for a title without any."""
    return slugify(title, max_length=80)


def _wiki(state: StateInline, silent: bool) -> bool:
    """Turn [[Title]] into a link to a page, where the text stands in one."""
    match = WIKI.match(state.src, state.pos) if state.env.get("wiki") else None
    key = page_key(match[1]) if match else ""
    if match is None or not key:
        return False
    if not silent:
        title, shown = match[1].strip(), (match[2] or match[1]).strip()
        opening = state.push("link_open", "a", 1)
        opening.attrs = {"href": f"{PAGE}{key}", "class": "page", "title": title}
        state.push("text", "", 0).content = shown
        state.push("link_close", "a", -1)
    state.pos = match.end()
    return True


def _headings(state: StateCore) -> None:
    """Keep headings of a text below those of the page."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "h3" if token.tag in {"h1", "h2"} else "h4"


_markdown = (
    MarkdownIt("commonmark", {"html": False, "breaks": True})
    .enable(["strikethrough", "table"])
    .disable("image")
)
_markdown.core.ruler.push("decorate", _decorate)
_markdown.core.ruler.push("headings", _headings)
_markdown.inline.ruler.before("link", "wiki", _wiki)


# What makes a text more than words and line ends: then the parser is asked. The rest is nine in ten messages.
MARKED = re.compile(
    r"[*_`\[\]<>&~|\\#\x00-\x09\x0b-\x1f\x7f]|://|[^\S \n]|^ *(?:[-+=:]|\d+[.)])|^ {4}", re.MULTILINE
)
PARAGRAPH = re.compile(r"\n(?: *\n)+")


def _words(source: str) -> str:
    """Write a text without any Markdown as the parser would."""
    paragraphs = PARAGRAPH.split(source.strip(" \n"))
    lines = ("<br>\n".join(line.strip(" ") for line in part.split("\n")) for part in paragraphs)
    return "\n".join(f"<p>{text}</p>" for text in lines if text)


def render(source: str, people: People | None = None, *, wiki: bool = False) -> str:
    """Turn Markdown into HTML that is safe to show; `people` (and groups) may be mentioned in it.

    With `wiki`, [[Title]] is a link to the page of that title: its address begins with PAGE.
    """
    if not MARKED.search(source) and not (people and "@" in source):
        return _words(source)
    html = _markdown.render(source, {"people": people or {}, "wiki": wiki})
    clean: str = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="nofollow noopener noreferrer",
        strip_comments=True,
    )
    return clean.strip()


def _outside_code(source: str) -> Iterator[str]:
    """Give the runs of text in which mentions and tags count."""
    for block in _markdown.parse(source, {"people": {}}):
        for token in block.children or ():
            if token.type == "text":
                yield token.content


def mentions(source: str) -> list[str]:
    """Give the logins mentioned in a text, in lower case, each once, at most fifty."""
    if "@" not in source:
        return []
    found = [m["uid"].lower() for run in _outside_code(source) for m in MARK.finditer(run) if m["uid"]]
    return list(dict.fromkeys(found))[:MAX_MENTIONS]


def hashtags(source: str) -> list[str]:
    """Give the tags of a text, in lower case, each once."""
    if "#" not in source:
        return []
    # Tags have become links already: their text runs begin with the sign.
    found = [run[1:].lower() for run in _outside_code(source) if run.startswith("#") and MARK.fullmatch(run)]
    return list(dict.fromkeys(found))


def wiki_links(source: str) -> dict[str, str]:
    """Give {key: title} of the pages that a text points to, code apart, in the order of the text."""
    if "[[" not in source:
        return {}
    found: dict[str, str] = {}
    for block in _markdown.parse(source, {"people": {}, "wiki": True}):
        for token in block.children or ():
            href = str(token.attrs.get("href", "")) if token.type == "link_open" else ""
            if href.startswith(PAGE) and token.attrs.get("class") == "page":
                found.setdefault(href.removeprefix(PAGE), str(token.attrs["title"]))
    return found


TAG = re.compile(r"<[^>]+>")
BLOCK = re.compile(r"</(?:p|li|h3|h4|pre|blockquote|tr)>|<br>")
SPACE = re.compile(r"[ \t\r\f\v]*\n\s*|[ \t\r\f\v]+")


def plain(html: str) -> str:
    """Give the text of HTML that `render` made, blocks on lines of their own."""
    text = TAG.sub("", BLOCK.sub("\n", html))
    return SPACE.sub(lambda m: "\n" if "\n" in m[0] else " ", unescape(text)).strip()


def excerpt(text: str, length: int = 160) -> str:
    """Cut a text at a word, with an ellipsis."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(",.;:") + "…"
