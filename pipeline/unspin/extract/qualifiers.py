"""Words that qualify a statement: denied, possible, planned, required, attempted, conditional, somebody's word."""

from __future__ import annotations

from unspin.extract.wordlists import words

#: Modal verbs.  ``will`` and ``shall`` tell the tense only.
MODALS = {
    "may": "possible", "might": "possible", "could": "possible", "can": "possible", "ca": "possible",
    "should": "obligated", "must": "obligated", "ought": "obligated", "would": "conditional", "'d": "conditional",
    "’d": "conditional",
}  # fmt: skip

#: Modals that speak of what is to come.
FUTURE = words("will shall 'll ’ll wo would 'd ’d")

#: What the verb above an open complement makes of it (*plans to expand*).
CONTROL = {
    **dict.fromkeys(
        words(
            "plan intend aim hope want wish prepare agree decide pledge vow promise propose offer commit resolve "
            "mean "
            "look opt consider contemplate schedule undertake threaten volunteer elect design set consent "
            "contract swear "
            "bid target invite be dream arrange apply vote meet gather travel postpone delay defer"
        ),
        "planned",
    ),
    **dict.fromkeys(
        words("try attempt seek struggle strive endeavour endeavor work fight push race scramble"), "attempted"
    ),
    **dict.fromkeys(
        words(
            "need have require urge ask order tell call force oblige encourage advise instruct compel press demand "
            "recommend ought warn request beg remind direct command task deserve"
        ),
        "obligated",
    ),
    **dict.fromkeys(
        words(
            "expect allow enable permit seem appear tend believe think say report rumour rumor allege claim "
            "estimate know "
            "project forecast predict empower equip train authorize authorise entitle afford suppose"
        ),
        "possible",
    ),
    **dict.fromkeys(
        words(
            "fail deny refuse decline neglect forget cease hesitate forbid prohibit ban bar avoid stop escape resist "
            "dodge quit abandon"
        ),
        "negated",
    ),
    **dict.fromkeys(
        words(
            "help lead make continue begin start manage come keep go proceed get happen learn serve use dare choose "
            "see let rush"
        ),
        "",
    ),
}

#: The same of verbs with their particles (*put off buying*).
PARTICLES = {
    **dict.fromkeys([("put", "off"), ("hold", "off"), ("set", "out")], "planned"),
    **dict.fromkeys([("rule", "out"), ("give", "up"), ("call", "off"), ("leave", "off"), ("swear", "off")], "negated"),
}

#: Verbs that pass a rumour on: *is said to be*.
REPORTING = words("say think believe report rumour rumor allege know understand estimate judge deem reckon consider")

#: Adjectives above an open complement.
ADJECTIVES = {
    **dict.fromkeys(words("able likely possible unlikely capable free eligible probable unable"), "possible"),
    **dict.fromkeys(
        words(
            "ready willing keen eager prepared determined set due poised reluctant unwilling committed scheduled bound"
        ),
        "planned",
    ),
    **dict.fromkeys(
        words(
            "essential crucial important vital necessary imperative critical required obliged urgent pivotal key "
            "better best"
        ),
        "obligated",
    ),
}
NEGATIVE_ADJECTIVES = words("unable unlikely reluctant unwilling")

#: Adverbs that leave a statement open.
MAYBE = words("perhaps possibly maybe probably potentially reportedly allegedly supposedly presumably likely")

#: Verbs that pass judgement on what somebody does, nobody knows who (*opposed closing the border*).
JUDGING = words(
    "oppose support back favour favor reject approve endorse condemn criticise criticize welcome justify advocate "
    "discuss recommend suggest ban prohibit forbid outlaw authorise authorize defend involve mean require"
)

#: Verbs that give leave or an order: where they are denied, so is what follows.
ALLOWING = words("allow let permit enable authorise authorize entitle order")

#: Verbs whose object is the subject of the complement (*urged Libya to hold elections*).
OBJECT_CONTROL = words(
    "urge ask order tell call force oblige encourage advise instruct compel press allow enable permit help "
    "let make want expect require persuade invite lead cause push prompt warn remind request direct command "
    "task get authorize authorise empower convince inspire train equip forbid send bring leave drive motivate "
    "appoint teach assist see hear watch keep need set choose hire recruit"
)

#: Verbs (and *according to*) that make a statement somebody's word.
SAYING = words(
    "say tell report claim argue announce state explain add note warn insist suggest believe think estimate "
    "confirm acknowledge admit reveal declare stress predict maintain write conclude contend emphasise "
    "emphasize reiterate recall assert agree allege complain comment caution observe remark reply repeat "
    "promise pledge show find indicate expect fear deny hope point recommend propose urge doubt question ask "
    "wonder feel know understand testify vow hint forecast hear learn see agree decide rule judge accept "
    "recognise recognize discover joke quip laugh shout cry whisper calculate"
)
#: Of these, a clause is no fact even in its speaker's mouth.
HOPING = words(
    "hope fear expect believe think predict suggest estimate doubt wonder question ask propose recommend "
    "forecast urge feel"
)
#: Of ``that`` and a bare verb these make something that must be (*demanded that the firm raise wages*).
DEMANDING = words("demand require request insist recommend propose urge order ask")
DENYING = frozenset({"deny", "doubt"})
#: Verbs that leave open whether somebody did what they name with *of*.
ACCUSING = words("accuse suspect convict")

#: Nouns whose clause is held or feared, and no fact.
CLAIMS = words(
    "case claim theory idea hope fear risk suggestion possibility rumour rumor allegation belief argument hypothesis "
    "prospect chance concern expectation assumption suspicion likelihood danger"
)

#: Words beside a verb that deny it.
NEGATORS = words("not n't n’t never nor hardly scarcely neither")
#: After ``not``, these take the denial back (*not only trains*).
PSEUDO = frozenset({"only", "just", "merely", "simply", "solely", "least"})
#: After ``not``, these leave the statement possible (*not always right*).
PARTIAL = frozenset({"always", "necessarily", "entirely", "fully"})
#: Determiners and nouns that deny the clause they stand in.
NO_WORDS = frozenset({"no", "neither", "nobody", "none", "nothing"})

#: Beginnings of conditions.
IF_WORDS = words("if unless provided providing whether")

#: Nouns that name speakers, for ``resolved`` and metonymy.
REPRESENTATIVES = words(
    "representative official delegation delegate envoy officer spokesman spokeswoman spokesperson negotiator diplomat"
)

#: Nouns whose infinitive is somebody's plan (*a commitment to support*).
PLAN_NOUNS = {
    "plan": "planned", "decision": "planned", "commitment": "planned", "pledge": "planned", "promise": "planned",
    "proposal": "planned", "offer": "planned", "agreement": "planned", "intention": "planned", "move": "planned",
    "desire": "planned", "ambition": "planned", "deal": "planned", "determination": "planned",
    "willingness": "planned",
    "effort": "attempted", "attempt": "attempted", "bid": "attempted", "campaign": "attempted", "drive": "attempted",
    "struggle": "attempted", "push": "attempted", "ability": "possible", "chance": "possible",
    "opportunity": "possible",
    "capacity": "possible", "permission": "possible", "right": "possible", "power": "possible",
    "potential": "possible",
    "need": "obligated", "duty": "obligated", "obligation": "obligated", "failure": "negated", "refusal": "negated",
    "inability": "negated", "way": "possible",
}  # fmt: skip
