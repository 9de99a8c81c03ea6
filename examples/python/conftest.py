pytest_plugins = ["fleet_contract.mock_server.pytest_plugin"]
