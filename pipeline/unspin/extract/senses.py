"""What words stand for: light verbs, nouns made of verbs, offices, nouns that say nothing."""

from __future__ import annotations

from unspin.extract.wordlists import words

#: Arguments that say nothing without the text around them.
EMPTY = words(
    "one ones some many most others other another each all both few several more less much any none either "
    "neither half such something anything everything nothing someone anyone everyone nobody thing lot way who "
    "which that whom whose what this these those there here it they them he him she her we us you i me itself "
    "themselves himself herself ourselves yourself first second third last same so too rest latter former next "
    "previous yours hers theirs"
)

TIME_NOUNS = words(
    "day week month year decade century hour minute second morning afternoon evening night weekend time "
    "moment period season spring summer autumn winter january february march april may june july august "
    "september october november december monday tuesday wednesday thursday friday saturday sunday today "
    "yesterday tomorrow quarter past future recent half-time while meantime end beginning start date era age "
    "point tonight midnight noon lunchtime bedtime nightfall daybreak sunrise sunset dawn dusk eve anniversary"
)

#: What nothing useful is said to be.
NO_ROW = words(
    "way thing reason case kind sort type part lot number case matter bit example series half pair rest majority "
    "use turn"
)

#: How words for people end.
HOLDING = ("er", "or", "ee", "ist", "man", "woman")

#: What comes upon one: threats that face a country are faced by the country.
TROUBLE = words(
    "threat problem challenge risk issue crisis hurdle obstacle difficulty danger pressure dilemma shortage setback "
    "barrier"
)

#: The lemmatizer's slips.
LEMMAS = {
    "instal": "install",
    "pip": "pipe",
    "enrol": "enroll",
    "fulfil": "fulfill",
    "distil": "distill",
    "fin": "fine",
    "’ve": "have",
    "’s": "be",
    "'s": "be",
}

#: Prepositional phrases that are adverbs: preposition, then nouns.
_IDIOMS = """
in fact particular general addition conclusion return contrast advance part turn case place statement way terms context
in spite light order sense view response interview total effect theory practice practise principle time detail full
in move effort bid attempt engagement step sign blow decision mean meantime process event wake hope breach brief short
in row protest silence anger tears disgust horror shock secret fear
in line keeping favour favor charge danger person public private essence reality all interim run
in suit uniform dress jacket coat hat shirt gown robe jeans tracksuit costume headscarf sunglasses slipper
by contrast comparison far hand law chance nature default means way
for example instance now sake comfort purpose reason good free certain
at age close least most all once rate expense best worst first last moment stake work risk length present large home
of course
on track course schedule
on average record dollar top hand basis behalf contrary whole way board site time purpose hold side line foot ground
as result part rule consequence matter whole
with respect regard view exception
to extent date degree end
from scratch now
without doubt question exception
under way pressure control scrutiny
up front
out hand
"""
IDIOMS = frozenset((line.split()[0], noun) for line in _IDIOMS.strip().splitlines() for noun in line.split()[1:])

#: Verbs with a noun that carries the sense: verbs / nouns = predicate.
_LIGHT = """
hold have conduct host / talk dialogue discussion meeting conversation consultation negotiation = meet
give provide offer express lend voice extend pledge / support = support
reach strike conclude make / agreement deal = agree
provide give offer / assistance = assist
provide give / training = train
make / contribution = contribute
make / investment = invest
make / decision = decide
cast / doubt = question
take / part = participate
have / impact effect = affect
have / influence = influence
pay make / visit = visit
launch make / attack = attack
put exert apply / pressure = pressure
place put / emphasis = emphasize
take seize gain / control = control
impose / sanction = sanction
show express / interest = show interest
make / use = use
take / advantage = exploit
play / role part = contribute
pay / attention = attend
have gain get / access = access
take / note = note
take / responsibility = claim
express voice / concern = worry
shed throw cast / light = clarify
take / charge = lead
lay / blame = blame
sign / contract agreement deal treaty accord memorandum pact = sign
file bring / lawsuit suit = sue
declare / war = declare war
raise / question = question
bring put / end = end
"""


def _senses(table: str) -> dict[tuple[str, str], str]:
    """Read lines of verbs / nouns = predicate: the predicate of each verb with each noun."""
    found = {}
    for line in table.strip().splitlines():
        verbs, _, rest = line.partition(" / ")
        nouns, _, sense = rest.partition(" =")
        found.update({(verb, noun): sense.strip() for verb in verbs.split() for noun in nouns.split()})
    return found


LIGHT = _senses(_LIGHT)

#: Of these, what is done to something and needs no preposition (*brought an end to the war*).
BARE = frozenset({"end", "clarify", "question"})

#: What a verb means with a certain object; nothing, where the two tell nothing together.
_WITH_OBJECT = """
close / deal sale purchase acquisition merger takeover transaction = complete
change / hand = change hands
take / place = take place
make / sense = make sense
strike / note tone balance chord =
cut / ribbon =
"""
WITH_OBJECT = _senses(_WITH_OBJECT)

#: Types that a verb has with certain objects alone, nothing where it has none then: verbs / nouns = type.
_TYPED = """
meet / standard requirement need target goal demand deadline expectation = FULFILLS
meet / challenge cost condition criterion rule = FULFILLS
raise / fund money capital cash = ACQUIRES
raise / arm hand leg finger eyebrow eye head voice glass =
serve / prison jail =
"""
TYPED = _senses(_TYPED)

#: Verbs with a prepositional phrase that carries the sense: verbs / preposition noun = predicate.
_WITH = """
bring draw / to end close halt conclusion = end
put / to end = end
bring / to light = reveal
take / into account consideration = consider
put / into practice effect action = implement
put / to use = use
put / at risk = endanger
put / on hold = suspend
put / in place = establish
call throw / into question doubt = question
hold bring / to account = hold to account
bring / under control = control
set / in motion = start
"""
WITH: dict[tuple[str, str, str], str] = {}
for _line in _WITH.strip().splitlines():
    _verbs, _rest = _line.split(" / ")
    _phrase, _sense = _rest.split(" = ")
    _preposition, *_nouns = _phrase.split()
    WITH.update({(_verb, _preposition, _noun): _sense for _verb in _verbs.split() for _noun in _nouns})

#: Nouns that hold two parties (*cooperation between A and B*): the predicate = nouns.
_MUTUAL = """
cooperate = cooperation
collaborate = collaboration
coordinate = coordination
partner = partnership
meet = dialogue talk discussion meeting conversation consultation summit
negotiate = negotiation
agree = agreement deal treaty ceasefire pact accord contract truce
fight = war conflict fighting struggle battle
clash = clash
dispute = tension dispute feud row
relate = relation relationship tie link friendship connection
trade = trade commerce
ally = alliance coalition
compete = rivalry competition race
merge = merger
contact = contact
communicate = channel communication
exchange = exchange
border = border
play = match game fixture
"""
MUTUAL = {noun: line.split(" = ")[0] for line in _MUTUAL.strip().splitlines() for noun in line.split(" = ")[1].split()}

#: Nouns made of a verb (*A's support for B*): noun = verb / prepositions of its object.
_NOMINAL = """
support = support / for of to
attack = attack / on against
assault = attack / on against
invasion = invade / of
acquisition = acquire / of
takeover = acquire / of
purchase = buy / of
investment = invest / in
visit = visit / to
criticism = criticize / of
opposition = oppose / to
control = control / of over
occupation = occupy / of
withdrawal = withdraw / from
ban = ban / on
sanction = sanction / on against
recognition = recognize / of
condemnation = condemn / of
endorsement = endorse / of
assistance = assist / to for
aid = aid / to for
sale = sell / of
launch = launch / of
review = review / of
approval = approve / of for
rejection = reject / of
involvement = involve / in
participation = participate / in
membership = belong / of in
dependence = depend / on
reliance = rely / on
influence = influence / on over
use = use / of
destruction = destroy / of
arrest = arrest / of
appointment = appoint / of
win = defeat / over against
victory = defeat / over against
blockade = blockade / of
bombing = bomb / of
killing = kill / of
pressure = pressure / on
commitment = commit / to
contribution = contribute / to
demand = demand / for
claim = claim / to
access = access / to
response = respond / to
export = export / of
import = import / of
threat = threaten / to against
defeat = defeat / of
development = develop / of
adoption = adopt / of
deployment = deploy / of
annexation = annex / of
seizure = seize / of
closure = close / of
"""
NOMINAL: dict[str, tuple[str, frozenset[str]]] = {}
for _line in _NOMINAL.strip().splitlines():
    _noun, _rest = _line.split(" = ")
    _verb, _prepositions = _rest.split(" / ")
    NOMINAL[_noun] = (_verb, words(_prepositions))

#: Nouns for what a person is at an organisation.
ROLES = words(
    "director minister president chief executive officer manager coach captain chairman chairwoman chair "
    "founder co-founder head leader secretary spokesman spokeswoman spokesperson ambassador governor mayor "
    "senator lawyer economist scientist analyst professor researcher editor author engineer commander general "
    "chancellor judge owner partner guide secretary-general member deputy adviser advisor director-general "
    "treasurer vice-president ceo cfo coordinator conductor forward defender goalkeeper midfielder striker "
    "substitute winger teacher physician doctor nurse farmer fisherman artist actor actress singer writer "
    "novelist poet historian biologist chemist physicist astronomer geologist epidemiologist attorney "
    "prosecutor king queen prince princess pope bishop developer designer architect curator chef driver pilot "
    "astronaut player trainer negotiator envoy diplomat official politician lawmaker activist campaigner "
    "journalist reporter correspondent photographer filmmaker counterpart commissioner superintendent inspector "
    "sergeant magistrate columnist commentator critic presenter broadcaster strategist consultant psychologist "
    "sociologist anthropologist archaeologist surgeon psychiatrist paramedic firefighter detective colonel lieutenant "
    "admiral dean rector headteacher lecturer pastor imam rabbi priest archbishop dancer choreographer composer "
    "musician painter sculptor screenwriter playwright referee cyclist swimmer boxer trustee co-author chairperson "
    "librarian archivist"
)

#: What an office at an organisation makes of its holder; the others work for it.
WORK_ROLES = {
    "member": "MEMBER_OF", "founder": "FOUNDED", "co-founder": "FOUNDED", "owner": "OWNS", "president": "LEADS",
    "head": "LEADS",
    "leader": "LEADS", "chief": "LEADS", "director": "LEADS", "chairman": "LEADS", "chairwoman": "LEADS",
    "chair": "LEADS",
    "ceo": "LEADS", "mayor": "LEADS", "governor": "LEADS", "minister": "LEADS", "author": "CREATED",
    "writer": "CREATED",
    "player": "PLAYS_FOR", "captain": "PLAYS_FOR", "coach": "LEADS", "manager": "LEADS", "king": "LEADS",
    "queen": "LEADS",
}  # fmt: skip
