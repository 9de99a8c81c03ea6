"""What each status is called: by RFC 9110, of whose names Python knows some only since 3.13."""

from collections.abc import Mapping
from http import HTTPStatus

_OF_RFC_9110 = {
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}
PHRASES: Mapping[int, str] = {**{status.value: status.phrase for status in HTTPStatus}, **_OF_RFC_9110}
