def monthly_report(plan, at, today):
    return b""
