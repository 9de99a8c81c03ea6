"""nginx with a fixed response: what the machine can do at most."""

from collections.abc import Sequence

from bench.npm import program
from bench.peer import Peer, Place, Share

CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/error.log crit;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    default_type application/json;
    keepalive_requests 100000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location = /emp/v1/fleets {{ return 201 '{fleet}'; }}
        location ~ /invitation$ {{ return 200 '[{{"code": "FLEET2024ABC"}}, {{"code": "FLEET2024XYZ"}}]'; }}
        location / {{ return 200 '{fleet}'; }}
    }}
}}
"""
FLEET = '{"fleetId": "acme-corp-001", "fleetName": "Acme Corporation Fleet"}'


def nginx(at: Place) -> Sequence[str]:
    file = at.folder / "nginx.conf"
    file.write_text(CONFIGURATION.format(folder=at.folder, port=at.port, fleet=FLEET), encoding="utf-8")
    return program("nginx"), "-c", str(file), "-p", str(at.folder), "-e", str(at.folder / "error.log")


PEERS = (
    Peer(
        name="nginx",
        title="nginx, a fixed response",
        share=Share.REFERENCE,
        keeps="nothing",
        checks="nothing",
        lacks="The same bytes for every request.",
        command=nginx,
        answers={"refused": 201},
    ),
)
