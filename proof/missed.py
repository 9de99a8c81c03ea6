"""Which mutants the suite misses at the depth that is to catch them, each with the reason.

Law 3 and docs/proof.md read these lists. A mutant that is listed and caught all the same fails
the law, so a list holds nothing that is no longer true.
"""

from collections.abc import Mapping

# In the mock's own dialect.
MISSED: Mapping[str, str] = {}

# In a dialect in which nobody could tell the mutant from an honest mock.
HIDDEN_BY_A_DIALECT: Mapping[str, str] = {
    "creates-at-once-of-one-name-both-win": "A create that repeats another one is answered with its fleet.",
    "rename-aliases-newfleetid": "A rename with a member that is not in the document is refused.",
    "rename-moves-the-fleet-to-the-id-in-the-body": "A rename with a member that is not in the document is refused.",
    "an-underscore-takes-the-place-of-a-hyphen": "Names are unique, and the create that is refused has a taken one.",
}
