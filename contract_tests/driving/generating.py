"""Schemathesis's examples and coverage phases as plain data, and all that is known here of its insides.

The same document gives the same cases, whatever the machine, its settings and the rest of the process.

Schemathesis takes a third of a second to import and changes Hypothesis when it is, so it is imported where it is
used: at deep depth alone.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.parse import quote

from fleet_contract.contract_tests.driving.generated import GeneratedCase, spelled_query
from fleet_contract.contract_tests.exchange import KEY_HEADER
from fleet_contract.contract_tests.judging.bodies import spell
from fleet_contract.contract_tests.process.seeding import seeded_alone
from fleet_contract.spec.document import Operation, operations

if TYPE_CHECKING:
    from schemathesis import APIOperation, Case
    from schemathesis.specs.openapi.schemas import OpenApiSchema

    Described = APIOperation[Any, Any, Any, Any]
    Made = Case[Described]

_BASE_URL = "http://fleet.invalid"  # Nothing is sent there: Schemathesis wants one.
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))

# Everything that Schemathesis would otherwise look for: no file is read, and no variable of the environment.
# The seed keeps it from drawing one. Methods that the document does not name and requests without a key are judged by
# our own checks.
_CONFIG = {
    "seed": 0,
    "generation": {"deterministic": True, "with-security-parameters": False, "database": "none"},
    "analysis": {"constants": {"enabled": False}},
    "phases": {"coverage": {"unexpected-methods": [], "generate-duplicate-query-parameters": False}},
    "dictionaries": {},
}


def generated_cases(document: dict[str, Any]) -> list[GeneratedCase]:
    """Return the cases of the examples phase, then those of the coverage phase, in the document's order.

    Not for two threads at once: for as long as it takes, Schemathesis and Hypothesis are held to our settings.
    """
    with _undisturbed():
        schema = _load(document)
        pairs = [(operation, schema[operation.path][operation.method.lower()]) for operation in operations(document)]
        phases = (_examples, _coverage)
        made = [
            _as_data(operation, case)
            for phase in phases
            for operation, described in pairs
            for case in phase(described)
            if _is_ours(operation, case)
        ]
    unique: dict[tuple[Any, ...], GeneratedCase] = {}
    for case in made:
        unique.setdefault((case.method, case.path, case.headers, case.body), case)
    return list(unique.values())


def _load(document: dict[str, Any]) -> "OpenApiSchema":
    import schemathesis

    # A copy, since loading may change what it is given.
    return schemathesis.openapi.from_dict(deepcopy(document), config=schemathesis.Config.from_dict(_CONFIG))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep away what others in this process, and its environment, have told Hypothesis and Schemathesis.

    There is no public way to any of this. Hypothesis takes what settings leave out from the profile in force, which is
    another under CI. Schemathesis obeys hooks and authentication that any module may have registered for the whole
    process.
    """
    import hypothesis
    from schemathesis import auths, hooks
    from schemathesis.generation.hypothesis import examples

    settings = hypothesis.settings(
        max_examples=1,
        derandomize=True,
        database=None,
        verbosity=hypothesis.Verbosity.quiet,
        phases=(hypothesis.Phase.generate,),
        stateful_step_count=50,
        report_multiple_bugs=False,
        suppress_health_check=tuple(hypothesis.HealthCheck),
        deadline=None,
        print_blob=False,
        backend="hypothesis",
    )
    with seeded_alone(), ExitStack() as stack:
        for owner, name, ours in (
            (examples, "default_settings", lambda: settings),
            (hooks.GLOBAL_HOOK_DISPATCHER, "_hooks", defaultdict(list)),
            (auths.GLOBAL_AUTH_STORAGE, "providers", []),
        ):
            stack.enter_context(patch.object(owner, name, ours))
        yield


def _examples(operation: "Described") -> Iterator["Made"]:
    # Schemathesis makes these two phases for its own runner and its pytest integration only; nothing public does.
    from schemathesis.generation.drivers import ExamplesGenerator
    from schemathesis.generation.feedback import NO_FEEDBACK
    from schemathesis.generation.overrides import Override

    yield from ExamplesGenerator(operation=operation, override=Override(), feedback=NO_FEEDBACK, fill_missing=False)


def _coverage(operation: "Described") -> Iterator["Made"]:
    from schemathesis import GenerationMode
    from schemathesis.generation.drivers import CoverageGenerator
    from schemathesis.generation.feedback import NO_FEEDBACK
    from schemathesis.generation.overrides import Override

    yield from CoverageGenerator(
        operation=operation,
        generation_modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE],
        generation_config=operation.schema.config.generation_for(operation=operation, phase="coverage"),
        auth_storage=None,
        override=Override(),
        feedback=NO_FEEDBACK,
    )


def _is_ours(operation: Operation, case: "Made") -> bool:
    """Say whether a case has the operation's method, and leaves out no header: both are judged elsewhere."""
    varied = _varied(case)
    lacks_a_header = varied is not None and (
        getattr(varied, "scenario", None) == "missing_parameter" and varied.parameter_location == "header"
    )
    return case.method == operation.method and not lacks_a_header


def _as_data(operation: Operation, case: "Made") -> GeneratedCase:
    sent = case.as_transport_kwargs(base_url=_BASE_URL)
    # Schemathesis adds headers of its own, among them a random number for each case.
    names = {"content-type", *(name.lower() for name in case.headers)} - {KEY_HEADER.lower()}
    query = spelled_query(_pairs(sent["params"]))
    path = quote(sent["url"].removeprefix(_BASE_URL), safe=_PRINTABLE)
    return GeneratedCase(
        operation=operation.id,
        method=case.method,
        path=f"{path}?{query}" if query else path,
        headers=tuple((name, str(value)) for name, value in sent["headers"].items() if name.lower() in names),
        body=_body(sent),
        positive=_is_positive(case),
        what=_what(case),
        template=operation.path,
    )


def _body(sent: Mapping[str, Any]) -> bytes:
    if "json" in sent:
        return spell(sent["json"])
    data = sent.get("data", b"")
    return data if isinstance(data, bytes) else str(data).encode()


def _pairs(params: Any) -> Iterator[tuple[str, str]]:
    """Yield the parameters of a query; those of a list one by one, those without a value not at all."""
    for name, value in (params or {}).items():
        for each in value if isinstance(value, list | tuple) else [value]:
            if each is not None:
                yield name, str(each)


def _is_positive(case: "Made") -> bool:
    meta = case.meta
    parts = [] if meta is None else [meta.generation.mode, *(part.mode for part in meta.components.values())]
    return all(mode.is_positive for mode in parts)


def _what(case: "Made") -> str:
    """Return Schemathesis's description, after the parameter that it is about where it does not name it."""
    varied = _varied(case)
    if varied is None or not varied.description:
        return ""
    elsewhere = varied.parameter_location not in (None, "body")
    is_named = not varied.parameter or varied.parameter in varied.description
    return varied.description if is_named or not elsewhere else f"{varied.parameter}: {varied.description}"


def _varied(case: "Made") -> Any:
    return case.meta.phase.data if case.meta else None
