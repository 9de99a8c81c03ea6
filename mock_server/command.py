"""The command `fleet-mock`: serves the mock until it is told to stop."""

import gc
import logging
import os
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

import click
from click.core import ParameterSource

from fleet_contract.mock_server.announcing import announce
from fleet_contract.mock_server.beginnings import chosen_answers, first_state, require_one_place, watching
from fleet_contract.mock_server.bodies import LIMIT
from fleet_contract.mock_server.guard import ANY_HOST, read_host
from fleet_contract.mock_server.listening import CannotListen, is_open_to_others, listen
from fleet_contract.mock_server.listing import print_misbehaviours, print_questions
from fleet_contract.mock_server.log import PLAIN, JsonFormatter, log_to_stderr
from fleet_contract.mock_server.log_of_requests import FORMS, listener
from fleet_contract.mock_server.misbehaviours import find
from fleet_contract.mock_server.origins import ANY, read_origin
from fleet_contract.mock_server.parts import Bounds, Control, Parts, parts, require_room
from fleet_contract.mock_server.secret import REFERENCE, read_token
from fleet_contract.mock_server.sharing import settle
from fleet_contract.mock_server.state_file import StateFile
from fleet_contract.mock_server.targets import read_base_path
from fleet_contract.mock_server.tls import read_tls
from fleet_contract.spec.files import Contradiction
from fleet_contract.spec.numerals import Whole
from fleet_contract.spec.places import Place

LISTING = "list_misbehaviours"
LARGEST_PORT = 65535
MOST_WORKERS = 64

log = logging.getLogger("fleet_mock")


class Program(click.Group):
    """The command, which starts without a subcommand."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the subcommand that is asked for; says of another word that the mock starts without one."""
        if args[0] not in self.commands:
            ctx.fail(
                f"No such command {args[0]!r}. `fleet-mock` starts the mock without one. Commands are "
                f"{' and '.join(sorted(self.commands))}."
            )
        return super().resolve_command(ctx, args)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on, or a host name; * means every address.",
)
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=Whole(0, LARGEST_PORT),
    help="The port to listen on; 0 picks a free one.",
)
@click.option(
    "--dialect", "dialect_file", type=Place(path_type=Path), metavar="FILE", help="Speak the dialect in this TOML file."
)
@click.option(
    "--set", "settings", multiple=True, metavar="QUESTION=ANSWER", help="Set one answer of the dialect. Repeatable."
)
@click.option(
    "--misbehave",
    "names",
    multiple=True,
    metavar="NAME",
    help="Misbehave in this way (--list-misbehaviours). Repeatable.",
)
@click.option(
    "--seed",
    "seed_file",
    type=Place(path_type=Path),
    metavar="FILE",
    help="Start with the data in this YAML or JSON file.",
)
@click.option("--watch", "is_watched", is_flag=True, help="Reload --seed and --dialect whenever these files change.")
@click.option(
    "--cert", "cert_file", type=Place(path_type=Path), metavar="FILE", help="Serve https with this certificate, in PEM."
)
@click.option(
    "--key", "key_file", type=Place(path_type=Path), metavar="FILE", help="The private key of --cert, in PEM."
)
@click.option("--base-path", default="", metavar="PATH", help="Serve everything under this path, such as /drive.")
@click.option(
    "--cors",
    "origins",
    multiple=True,
    is_flag=False,
    flag_value=ANY,
    metavar="ORIGIN",
    help="Let web pages of this origin use the mock; without ORIGIN, of any origin. Repeatable.",
)
@click.option(
    "--body-limit",
    default=LIMIT,
    show_default=True,
    type=Whole(1),
    metavar="BYTES",
    help="Refuse larger request bodies with 413.",
)
@click.option("--any-key", is_flag=True, help="Accept any API key, as one of the first tenant.")
@click.option(
    "--allow-host",
    "allowed_hosts",
    multiple=True,
    metavar="NAME",
    help="On loopback, also accept requests for this host, such as a name in /etc/hosts; * accepts all. Repeatable.",
)
@click.option(
    "--store",
    "store_url",
    default="",
    envvar="FLEET_MOCK_STORE",
    show_envvar=True,
    metavar="URL",
    help="Keep the state in Redis, which other mocks can share: redis://[user:password@]host[:port][/database].",
)
@click.option(
    "--state",
    "state_path",
    type=Place(path_type=Path),
    metavar="FILE",
    help="Keep the state in this file: begin with what it holds, and save what changes. It need not exist yet.",
)
@click.option(
    "--workers",
    "number_of_workers",
    default=1,
    show_default=True,
    type=Whole(1, MOST_WORKERS),
    help="Serve with this many processes, which share a --store.",
)
@click.option("--no-control", is_flag=True, help="Serve no control API under /_mock.")
@click.option(
    "--control-token",
    default="",
    envvar="FLEET_MOCK_CONTROL_TOKEN",
    show_envvar=True,
    metavar="TOKEN",
    help="Let only clients that send this token control the mock; env:NAME or file:PATH names where it is.",
)
@click.option(
    "--max-worlds",
    default=Bounds.worlds,
    show_default=True,
    type=Whole(0),
    help="Hold at most this many worlds besides the main one.",
)
@click.option(
    "--max-fleets", type=Whole(1), help="Hold at most this many fleets in each world; without it, any number."
)
@click.option(
    "--world-expiry",
    default=int(Bounds.rest),
    show_default=True,
    type=Whole(1),
    metavar="SECONDS",
    help="Drop a world that has had no request for this long.",
)
@click.option(
    "--chaos-seed",
    type=Whole(0),
    metavar="NUMBER",
    help="Let rules with a probability decide alike for the same calls each time the mock is started.",
)
@click.option(
    "--journal",
    "journal_length",
    default=Bounds.journal,
    show_default=True,
    type=Whole(0),
    metavar="NUMBER",
    help="Remember this many exchanges, for /_mock/journal.",
)
@click.option(
    "--log",
    "log_form",
    type=click.Choice(list(FORMS)),
    help="Print each exchange on standard error: as a line for people (requests), or of JSON.",
)
@click.option("--no-validate-responses", is_flag=True, help="Do not validate responses against the document.")
@click.option("--ready-json", is_flag=True, help="When ready, print one line of JSON instead of the welcome text.")
@click.option("--list-misbehaviours", is_flag=True, help="List the misbehaviours and exit.")
@click.version_option(package_name="fleet-contract", message="%(version)s")
@click.pass_context
def main(  # noqa: PLR0913  (one argument for each option)
    context: click.Context,
    *,
    host: str,
    port: int,
    dialect_file: Path | None,
    settings: tuple[str, ...],
    names: tuple[str, ...],
    seed_file: Path | None,
    is_watched: bool,
    cert_file: Path | None,
    key_file: Path | None,
    base_path: str,
    origins: tuple[str, ...],
    body_limit: int,
    any_key: bool,
    allowed_hosts: tuple[str, ...],
    store_url: str,
    state_path: Path | None,
    number_of_workers: int,
    no_control: bool,
    control_token: str,
    max_worlds: int,
    max_fleets: int | None,
    world_expiry: int,
    chaos_seed: int | None,
    journal_length: int,
    log_form: str | None,
    no_validate_responses: bool,
    ready_json: bool,
    list_misbehaviours: bool,
) -> None:
    """Serve a mock of the Drive API's Fleet Management, which keeps the contract or misbehaves on request."""
    if list_misbehaviours or context.invoked_subcommand:
        require_no_options(context)
        if list_misbehaviours:
            print_misbehaviours()
        return
    log_to_stderr(JsonFormatter() if log_form == "json" else PLAIN)
    try:
        require_one_place(store_url, state_path)
        with StateFile(state_path).held() if state_path else nullcontext() as state_file:
            watch = watching(seed_file, dialect_file, settings, store_url, state_path) if is_watched else None
            chosen = chosen_answers(dialect_file, settings)
            made = parts(chosen, first_state(state_file, seed_file), any_key=any_key)
            made.validate_responses = not no_validate_responses
            made.body_limit = body_limit
            made.watch = watch
            made.tls = read_tls(cert_file, key_file)
            made.base_path = read_base_path(base_path)
            made.origins = frozenset(map(read_origin, origins))
            made.allowed_hosts = tuple(map(read_host, allowed_hosts))
            for name in dict.fromkeys(names):
                find(name).spoil(made)
            made.store_url, made.state_file = store_url, state_file
            made.bounds = Bounds(max_worlds, world_expiry, journal_length, max_fleets)
            made.control = control(control_token, is_wanted=not no_control)
            made.chaos_seed = chaos_seed
            made.listener = listener(log_form, made.seed) if log_form else None
            warn_of_secrets()
            require_shared_store(made, number_of_workers)
            serve(made, host, port, number_of_workers, ready_json=ready_json)
    except (Contradiction, CannotListen) as wrong:
        raise click.UsageError(str(wrong)) from None


def require_no_options(context: click.Context) -> None:
    """Raise UsageError for options of the mock before a command that starts none."""
    given = [each for each in context.params if context.get_parameter_source(each) is ParameterSource.COMMANDLINE]
    options = [each.opts[0] for each in context.command.params if each.name in given and each.name != LISTING]
    if options:
        what = context.invoked_subcommand or "--list-misbehaviours"
        raise click.UsageError(f"{what} starts no mock, so {options[0]} has no effect. Leave it out.")


@main.command("misbehaviours")
def list_misbehaviours() -> None:
    """List the misbehaviours, and what a client should do about each."""
    print_misbehaviours()


@main.command("questions")
def list_questions() -> None:
    """List the questions of a dialect, with their answers; the first is the mock's own."""
    print_questions()


def control(token: str, *, is_wanted: bool) -> Control | None:
    """Return who may use the control API, None where there is none; raises Contradiction."""
    made = Control(read_token(token, "--control-token"))
    if token and not is_wanted:
        raise Contradiction(
            "--no-control and --control-token (or FLEET_MOCK_CONTROL_TOKEN) contradict each other: "
            "without a control API, no token opens it. Leave one of them out."
        )
    return made if is_wanted else None


def warn_of_secrets() -> None:
    """Warn of each secret in the command line, which everybody on this machine can read."""
    context = click.get_current_context()
    secrets = {"store_url": "password in --store", "control_token": "token in --control-token"}
    variables = {"store_url": "FLEET_MOCK_STORE", "control_token": "FLEET_MOCK_CONTROL_TOKEN"}
    marks = {"store_url": lambda value: "@" in value, "control_token": lambda value: not REFERENCE.match(value)}
    for name, what in secrets.items():
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE and marks[name](context.params[name]):
            log.warning("Other users of this machine can see the %s. %s would hide it.", what, variables[name])


def require_shared_store(made: Parts, number_of_workers: int) -> None:
    """Settle what mocks that share a store agree on; raises Contradiction, also for workers who share none.

    So it does for a seed that is too large, before others find it in the store.
    """
    kept = made.state_file is not None and made.state_file.is_loaded
    require_room(made.seed, made.bounds.fleets, "state file" if kept else "seed")
    if made.store_url:
        settle(made)
    elif number_of_workers > 1:
        raise Contradiction(
            f"--workers {number_of_workers} needs a --store: each process would have a state of its own"
            f"{', and only one can keep a --state' if made.state_file else ''}. "
            "Name a Redis, such as --store redis://localhost, or leave --workers out."
        )
    if number_of_workers > 1 and not hasattr(os, "fork"):
        raise Contradiction("--workers needs a system that can fork, which this one cannot. Leave it out.")


def serve(made: Parts, host: str, port: int, number_of_workers: int = 1, *, ready_json: bool) -> None:
    """Serve until a signal ends it; raises CannotListen."""
    # Connexion and uvicorn take most of a start, which who asks for help need not wait.
    from fleet_contract.mock_server.serving import server, workers

    listeners = listen(host, port)
    if is_open_to_others(listeners):
        made.allowed_hosts = (ANY_HOST,)  # Others know this machine under names that only they know.
        if made.control is not None:
            made.control = replace(made.control, is_open_to_others=True)
    ready = partial(announce, listeners, made, ready_json=ready_json)
    if number_of_workers > 1:
        run = workers(number_of_workers, made, listeners, ready).run
    else:
        run = partial(server(made, ready).run, sockets=listeners)
    gc.collect()
    gc.freeze()  # All that was loaded stays; to look through it again and again would hold up requests for 30 ms.
    run()
