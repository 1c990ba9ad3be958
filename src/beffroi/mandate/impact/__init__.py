"""What a city answers for: impact files, compass, risks, duties, remedies, reports.

Words that people read lie in `data/`, in every language; modules only fill them in.
"""
