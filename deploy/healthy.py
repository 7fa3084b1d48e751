"""Ends with 0 while the service at WEB_BIND answers /healthz: for a container without curl."""

import os
import sys
from http.client import HTTPConnection

host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip()
port = os.environ.get("WEB_BIND", "127.0.0.1:8000").rpartition(":")[2]
try:
    asked = HTTPConnection("127.0.0.1", int(port), timeout=4)
    asked.request("GET", "/healthz", headers={"Host": host})
    sys.exit(asked.getresponse().status != 200)
except OSError as error:
    sys.exit(f"{error}")
