"""The bare ASGI callable on the mock's own server: `python -m bench.references.on_our_server PORT`."""

import sys

from bench.references.bare import app
from fleet_contract.mock_server.listening import listen
from fleet_contract.mock_server.serving import Server, config

if __name__ == "__main__":
    settings = config(app, None)
    settings.lifespan = "off"
    Server(settings, lambda: None).run(listen("127.0.0.1", int(sys.argv[1])))
