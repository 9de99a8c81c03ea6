"""The import name of the three folders, so that nothing here collides with a `spec` of yours.

`fleet_contract.spec`, `fleet_contract.mock_server` and `fleet_contract.contract_tests` are
the folders of those names at the top of the project: `hatch_build.py` links them here for a
checkout, and copies them into a wheel.
"""
