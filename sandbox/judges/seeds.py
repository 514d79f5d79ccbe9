"""The entities that exist before the judging begins."""

SECTION = {
    "identifier": "section",
    "title": "S",
    "visible": True,
    "qti-assessment-item-ref": [{"identifier": "item"}],
}
PART = {
    "identifier": "part",
    "navigationMode": "linear",
    "submissionMode": "individual",
    "qti-assessment-section": [SECTION],
}
RESPONSE = {
    "identifier": "RESPONSE",
    "cardinality": "single",
    "baseType": "identifier",
    "correctResponse": {"value": ["A"]},
}

# In the order of their creation: the path and the body.
BODIES = [
    ("/assessment-tests", {"identifier": "seeded", "title": "T", "qti-test-part": [PART]}),
    (
        "/assessment-items",
        {"identifier": "seeded", "title": "I", "type": "choice", "responseDeclarations": [RESPONSE]},
    ),
    ("/stimuli", {"identifier": "seeded", "title": "S", "content": "<p>text</p>"}),
    ("/lesson", {"userId": "user", "feedback": "fine", "lessonId": "lesson"}),
]
