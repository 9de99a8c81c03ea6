"""Names of files and folders as options take them: never the next option, where a name was left out."""

from typing import Any

import click


class Place(click.Path):
    """An option of click that takes the name of a file or a folder, which need not exist.

    Whoever means one whose name begins with two dashes writes ./ before it.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the name; ends with a usage error where it is another option."""
        if str(value).startswith("--"):
            what = "the name of a folder" if not self.file_okay else "a file name"
            raise click.UsageError(f"{param.opts[0] if param else 'This'} needs {what}, got {str(value)!r}.", ctx)
        return self.coerce_path_result(value)
