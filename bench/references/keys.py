"""Keys, as Connexion checks them: a function that is named in the security scheme of a document."""

from typing import Any

KEY = "demo-key"


def find_key(apikey: str, **_: Any) -> dict[str, str] | None:
    """Return whose key this is; Connexion calls it for the scheme of the document."""
    return {"sub": "demo"} if apikey == KEY else None


def with_keys(document: dict[str, Any]) -> dict[str, Any]:
    """Name the function that checks keys in a document, as Connexion wants it, and return that."""
    for scheme in document["components"]["securitySchemes"].values():
        scheme["x-apikeyInfoFunc"] = f"{__name__}.{find_key.__name__}"
    return document
