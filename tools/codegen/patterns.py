"""Turns the models' Java regular expressions into what RE2 takes."""

import re

# Patterns that RE2 rejects whatever is rewritten: lookaround, and repetitions beyond its limit of 1,000. The replacement accepts the
# same texts, or (repetitions) leaves the bound to the shape's own length.
OVERRIDES = {
    r"^https://([.\-_a-zA-Z0-9]+/?){3,1016}$": r"^https://([.\-_a-zA-Z0-9]+/?){3}([.\-_a-zA-Z0-9]+/?)*$",
    r"[a-zA-Z_][a-zA-Z0-9_]{0,1023}": r"[a-zA-Z_][a-zA-Z0-9_]*",
    r"^(?!\s*$).+": r"^[^\n]*[^\s][^\n]*$",
    r"(arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:[a-z\-]*\/)?([a-zA-Z0-9]([a-zA-Z0-9-]){0,62})(?<!-)$":
        r"(arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:[a-z\-]*\/)?([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)$",
    r"(arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:[a-z\-]*\/)?([a-zA-Z0-9]([a-zA-Z0-9-]){0,62})(?<!-)(\/[0-9]{1,5})?$":
        r"(arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:[a-z\-]*\/)?([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)(\/[0-9]{1,5})?$",
    r"^[a-z0-9](([a-z0-9]|-(?!-))*[a-z0-9])?$": r"^[a-z0-9]+(-[a-z0-9]+)*$",
    # Java reads this as surrogate pairs: everything above the basic plane.
    r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*":
        r"[\x{0020}-\x{D7FF}\x{E000}-\x{FFFD}\x{10000}-\x{10FFFF}\t]*",
    r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+":
        r"[\t\n\r\x{0020}-\x{007E}\x{0085}\x{00A0}-\x{D7FF}\x{E000}-\x{FFFD}\x{10000}-\x{10FFFF}]+",
    # "$" is no text that a repetition can be put on.
    r"^([\p{L}\p{Z}\p{N}_.:\/=+\-@]*)${1,128}": r"^([\p{L}\p{Z}\p{N}_.:\/=+\-@]*)$",
    r"^([\p{L}\p{Z}\p{N}_.:\/=+\-@]*)${1,256}": r"^([\p{L}\p{Z}\p{N}_.:\/=+\-@]*)$",
}


def for_re2(pattern):
    if pattern in OVERRIDES:
        return OVERRIDES[pattern]
    return re.sub(r"\\u([0-9A-Fa-f]{4})", r"\\x{\1}", pattern)
