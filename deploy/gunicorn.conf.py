"""How gunicorn serves the site: gunicorn --config deploy/gunicorn.conf.py nhrc_plan.wsgi

What differs from one machine to another comes from the environment, all of it optional. The log is
the program's own (LOG_FORMAT), a line for each request, so gunicorn writes none of its own.
"""

import os

from nhrc_plan.settings import LOGGING

bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
#: Processes, and threads of each: a request waits for its database half of the time.
workers = int(os.environ.get("WEB_WORKERS", "3"))
threads = int(os.environ.get("WEB_THREADS", "4"))
#: Seconds within which a large workbook is sent; at a restart, whoever is being served is served.
timeout = 120
graceful_timeout = 60
#: A worker's heartbeat is a file that must not lie on a disk that may be slow.
worker_tmp_dir = "/dev/shm"
#: No door beside the address that it serves.
control_socket_disable = True
accesslog = None
logconfig_dict = {
    **LOGGING,
    "root": {**LOGGING["root"], "level": "INFO"},
    "loggers": {
        **LOGGING["loggers"],
        "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
    },
}
