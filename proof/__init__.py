"""The proof: mutants of the mock, by which the suite is proved, and the laws that they obey.

How to write a mutant
---------------------

A mutant is a row of a table in `mutants/`: in the file of the section it breaks, under the requirement it breaks.

    "create.refuses-an-overlong-id": {
        "create-cuts-long-ids": ("An id of more than 100 characters is cut to 100.", LONG_ID, takes(fleetId=cut)),

It says what it is called, what it does in one sentence, on which calls it fires (a class), and what it does there (an
effect). The rows of a requirement stand from the plainest to the subtlest: the first and the last are its plain
and its subtlest one (law 7). A mutant that breaks several requirements stands under a tuple of them. One that
only deep depth catches ends with `Depth.DEEP`.

*A mutant stands around the honest mock and never inside it* (`layers.py`). It sees each call as a moment
(`moments.py`): the call as it arrived, the fleets and keys that the honest mock holds, and every call before. What it
remembers is in that past, so no mutant has state of its own.

A class (`triggers/classes.py`) is a predicate over a moment, and a strategy that draws scenarios in which a call is a
member. Write the class that the sentence names: any overlong name, not `"x" * 101`. Most are made of values:
`creates(fleetName=OVERLONG)`, `renames(FOREIGN, newName=EMPTY)` (`triggers/calls.py`, `triggers/values.py`). What
depends on earlier calls is told: `told(is_third_rename, makes("a"), names("a"), names("a"), names("a"))`
(`triggers/stories.py`). `&` narrows a class, as `refused(Kind.FLEET_ID_TAKEN)` and `when(...)` do;
`seen_by(its_rename)` adds the requests in which a hidden effect shows.

An effect (`effects.py`) decides instead of the honest mock (`answers`, `refuses`, `sends`, `takes`, `finds`,
`acts_for`, `accepts`, `keeps`, `gives`, `lists`) or changes what that answered (`status`, `shows`, `shows_what`,
`shows_value`, `shows_bytes`, `declares`). Only with the latter may a class look at the answer (`refused`,
`SUCCEEDED`). A row that changes nothing but a status is `answered("A create without fleetId is", NO_ID & BAD, 422)`.
What has no verb is a function of the moment and of `proceed`, which asks the honest mock: `does(...)`.

Then prove it: law 9 with `pytest tests/prove/test_prove_classes.py -k NAME`, law 3 with `pytest
tests/prove/test_prove_faults.py -k NAME`. Where it breaks more than it says, its sentence claims too much, or it does
break more: narrow the class as far as the sentence allows, mend the sentence, or say what it breaks.
"""
