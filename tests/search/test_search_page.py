"""The pages /search and /experts: links and forms only, each state designed, both languages."""

from html.parser import HTMLParser

from sqlalchemy import update

from rse.accounts.models import Person
from rse.core import db
from tests.search.company import Company


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs) -> None:
        if tag == "a":
            self.found.append(dict(attrs).get("href") or "")


def test_results_are_marked_and_linked(company: Company) -> None:
    company.post("karim", "Le télétravail est possible", title="Télétravail : les règles")
    company.index()
    page = company["amelie"].get("/search?q=teletravail").text
    assert "<mark>Télétravail</mark> : les règles" in page
    assert "1 résultat" in page
    assert any(link.startswith("/posts/") for link in Links(page).found)


def test_what_stands_in_one_discussion_stands_together(company: Company) -> None:
    post = company.post("karim", "Le cuir se tanne", title="Cuir : le tannage")
    company.comment("sofia", post, "Mon cuir a noirci")
    company.comment("thomas", post, "Le cuir de vache aussi")
    company.post("sofia", "Un sac en cuir")
    company.index()
    page = company["amelie"].get("/search?q=cuir").text
    assert "4 résultats" in page
    assert page.count('<article class="card result">') == 2
    also = page.partition("Aussi dans cette discussion")[2].partition("</ul>")[0]
    assert also.count("<li>") == 2
    assert also.count('href="/comments/') + also.count('href="/posts/') == 2
    assert company["amelie"].get("/search?q=cuir&sort=date").text.count('<article class="card result">') == 4
    assert len(company.search("amelie", "cuir")["items"]) == 4


def test_every_link_of_the_page_works(company: Company) -> None:
    slug = company.group("karim", "Atelier cuir")
    for n in range(25):
        company.post(
            ("karim", "sofia")[n % 2],
            f"Le cuir {n}",
            tags=["cuir"] if n % 3 else ["peau"],
            group=slug if n % 2 == 0 else None,
        )
    company.index()
    links = set(Links(company["amelie"].get("/search?q=cuir").text).found)
    own = [link for link in links if link.startswith(("/search", "/experts", "/posts", "/groups"))]
    assert any("cursor=" in link for link in own)
    assert any("tag=cuir" in link for link in own)
    for link in own:
        assert company["amelie"].get(link).status_code == 200, link


def test_a_chosen_filter_can_be_taken_away(company: Company) -> None:
    company.post("karim", "Le cuir", tags=["cuir"])
    company.index()
    page = company["amelie"].get("/search?q=cuir&tag=cuir").text
    assert "Retirer le filtre" in page
    assert "/search?q=cuir" in Links(page).found


def test_nothing_found_offers_to_ask(company: Company) -> None:
    company.post("karim", "Le cuir")
    company.index()
    page = company["amelie"].get("/search?q=introuvable").text
    assert "Aucun résultat" in page
    assert any("kind=question" in link and "introuvable" in link for link in Links(page).found)
    assert "/experts?q=introuvable" in Links(page).found
    ask = next(link for link in Links(page).found if "kind=question" in link)
    begun = company["amelie"].get(ask).text
    assert "introuvable</textarea>" in begun
    assert 'value="question" checked' in begun


def test_without_a_question_the_page_says_what_can_be_asked(company: Company) -> None:
    page = company["amelie"].get("/search").text
    assert "congés payés" in page
    assert "résultat" not in page
    assert company["amelie"].get("/experts").status_code == 200


def test_a_bad_date_is_said_and_the_rest_kept(company: Company) -> None:
    answer = company["amelie"].get("/search?q=cuir&from=hier")
    assert answer.status_code == 422
    assert 'value="cuir"' in answer.text
    assert 'role="alert"' in answer.text


def test_a_bad_date_in_the_text_is_said_and_the_text_kept(company: Company) -> None:
    answer = company["amelie"].get("/search?q=cuir+from:hier")
    assert answer.status_code == 422
    assert 'value="cuir from:hier"' in answer.text
    assert "« hier » n’est pas une date" in answer.text.replace("\u202f", " ").replace("\xa0", " ")


def test_a_question_of_filters_alone_shows_what_they_find(company: Company) -> None:
    company.post("karim", "Le cuir")
    company.index()
    for question in ("author:karim.benali", "from:1999"):
        assert "Le cuir" in company["amelie"].get(f"/search?q={question}").text
    assert "Aucun résultat" in company["amelie"].get("/search?q=to:1999").text


def test_some_of_the_words_is_said(company: Company) -> None:
    company.post("karim", "Le cuir est arrivé")
    company.index()
    assert (
        "Aucun texte ne contient tous ces mots" in company["amelie"].get("/search?q=cuir+arrivé+girafe").text
    )


def test_the_page_speaks_english(company: Company) -> None:
    db.begin_write().execute(update(Person).where(Person.id == company.ids["amelie"]).values(locale="en"))
    db.commit()
    company.post("karim", "Le cuir")
    company.skills("karim", cuir=2)
    company.index()
    page = company["amelie"].get("/search?q=cuir").text
    assert "1 result" in page
    assert "Most relevant" in page
    page = company["amelie"].get("/experts?q=cuir").text
    assert "Who knows about cuir" in page
    assert "cuir: practitioner" in page


def test_an_index_that_is_being_built_is_said(company: Company) -> None:
    company.post("karim", "Le cuir")
    assert "index de recherche est en construction" in company["amelie"].get("/search?q=cuir").text


def test_names_from_people_cannot_break_the_page(company: Company) -> None:
    company.group("karim", "<b>Groupe</b> & cuir")
    company.index()
    page = company["amelie"].get("/search?q=cuir").text
    assert "<b>Groupe" not in page
    assert "&lt;b&gt;Groupe&lt;/b&gt; &amp; <mark>cuir</mark>" in page
