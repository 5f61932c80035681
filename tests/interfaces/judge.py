"""What is wrong with data, by the schemas that ship."""

import functools

import jsonschema

from dosing.interfaces.schema import schema


@functools.cache
def judge(name):
    """The validator of a schema."""
    jsonschema.Draft202012Validator.check_schema(schema(name))
    return jsonschema.Draft202012Validator(schema(name))


def wrong(name, data):
    """Each fault, with its place."""
    return [f"{error.json_path}: {error.message}" for error in judge(name).iter_errors(data)]
