"""Header fields that the suite sends and the mock knows."""

# A browser lets no script set a header whose name begins so (Fetch standard, forbidden request-headers), and sends none
# of this name itself: a request that carries it comes from no web page.
FROM_NO_PAGE = "Sec-Fleet-Contract"
