"""The contract: an OpenAPI document and the catalogues, loaded and validated once.

Knows neither the mock nor the suite.
"""
