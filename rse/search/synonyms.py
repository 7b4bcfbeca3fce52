"""Words that mean the same, as the company says: who asks with one finds the others too, at a lower weight.

A group of them is one line of the administrator's page. Until somebody changes it, the starter list below
holds: French and English, and the acronyms that every French company uses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlalchemy.orm import Session

from rse.core import company
from rse.search.engine import Wider
from rse.search.grammar import Parsed, words_of

SETTING = "synonyms"
WEIGHT = 0.5
MOST = 16  # that stand for the words of one question
STARTER = """
RGPD, GDPR, protection des données, data protection
RH, HR, ressources humaines, human resources
DSI, IT, service informatique, IT department
SI, système d’information, information system
CSE, works council, comité social et économique
CDI, contrat à durée indéterminée, permanent contract
CDD, contrat à durée déterminée, fixed-term contract
RTT, jours de repos
congés payés, paid leave
heures supplémentaires, heures sup, overtime
période d’essai, trial period, probation period
préavis, notice period
licenciement, dismissal, redundancy
démission, resignation
rupture conventionnelle, mutual termination
apprenti, alternant, apprentice
intérim, travail temporaire, temporary work
prime, bonus
canicule, chaleur, chaud, heat wave
accident du travail, work accident
maximum, maximal
minimum, minimal
congé, vacances, holiday
congé maternité, maternity leave
congé paternité, paternity leave
arrêt maladie, sick leave
télétravail, remote work, working from home, travail à distance
mutuelle, complémentaire santé, health insurance
note de frais, expense report, frais professionnels
bulletin de paie, fiche de paie, payslip
paie, payroll
salaire, salary, rémunération
embauche, recrutement, hiring, recruitment
entretien annuel, annual review
formation, training
stage, internship
stagiaire, intern
alternance, apprentissage, apprenticeship
télécharger, download
mot de passe, password
ordinateur, computer, PC, poste de travail
ordinateur portable, laptop
imprimante, printer
serveur, server
réseau, network
logiciel, software
messagerie, mail, courriel, email
sauvegarde, backup
base de données, database
cybersécurité, sécurité informatique, cyber security
hameçonnage, phishing
panne, outage
bogue, bug
mise à jour, update
réunion, meeting
salle de réunion, meeting room
visioconférence, visio, video call
calendrier, calendar, agenda
facture, invoice
devis, quote
achats, purchasing, procurement
fournisseur, supplier
client, customer
vente, sales department
appel d’offres, tender
commande, order
livraison, delivery
stock, inventory
comptabilité, accounting
budget annuel, annual budget
trésorerie, treasury
taux de change, exchange rate
chiffre d’affaires, revenue
juridique, legal
contrat, contract
NDA, accord de confidentialité, non-disclosure agreement
qualité, quality
sécurité au travail, workplace safety
HSE, EHS, santé sécurité environnement
EPI, équipement de protection individuelle, PPE
RSE, CSR, responsabilité sociétale
usine, factory
maintenance, entretien des machines
cantine, canteen, restaurant d’entreprise
voiture de fonction, company car
vélo, bike
covoiturage, carpooling
syndicat, trade union
IA, AI, intelligence artificielle, artificial intelligence
KPI, indicateur clé
""".strip()


def lines(session: Session) -> str:
    """Give the list as the administrator edits it: a group a line, commas between."""
    kept: str = company.get(session, SETTING, STARTER)
    return kept


def wider(session: Session, parsed: Parsed) -> tuple[Wider, ...]:
    """Give what may stand for the words of a question, by the company's list."""
    return standing(lines(session), parsed)


def standing(text: str, parsed: Parsed) -> tuple[Wider, ...]:
    """Give what may stand for the words of a question, by a list."""
    known, stems = _known(text), [word.stem for word in parsed.words]
    found: list[Wider] = []
    for start in range(len(stems)):
        for end in range(start + 1, len(stems) + 1):
            source = tuple(stems[start:end])
            found += [(source, other, WEIGHT) for other in known.get(source, ())]
    return tuple(dict.fromkeys(found[:MOST]))


def groups(text: str) -> list[list[str]]:
    """Read a list: the terms of each line."""
    read = [[term.strip() for term in line.split(",")] for line in text.splitlines()]
    return [terms for line in read if len(terms := [term for term in line if term]) > 1]


@lru_cache(maxsize=4)
def _known(text: str) -> Mapping[tuple[str, ...], Sequence[str]]:
    """Give, by the stems of a term, the other terms of its groups."""
    known: dict[tuple[str, ...], list[str]] = {}
    for terms in groups(text):
        stems = {term: tuple(word.stem for word in words_of(term)) for term in terms}
        for source in stems.values():
            others = [other for other in terms if stems[other] != source and stems[other]]
            known.setdefault(source, []).extend(others)
    return known
