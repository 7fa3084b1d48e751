"""What machines ask: /healthz (is the process alive?) and /readyz (may people be sent here?)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nhrc_plan.health.read import NOT_READY, readiness


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: asks nothing of database or disk."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 where people may be sent here, whatever needs attention; else 503."""
    found = readiness()
    status = 503 if found.status == NOT_READY else 200
    return JsonResponse({"status": found.status, "checks": found.checks}, status=status)
