"""The WSGI entry point, for gunicorn and its like."""

import os

from django.core.wsgi import get_wsgi_application

from nhrc_plan.memory import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nhrc_plan.settings")
application = get_wsgi_application()

# These need what is set up above.
from nhrc_plan.setup.static_files import refuse_uncollected  # noqa: E402
from strategy.records.checks import refuse_open_history  # noqa: E402

refuse_uncollected()
refuse_open_history()
settle()
