"""What the pages and the workbook cost, each beside its floor. Run: make bench"""
