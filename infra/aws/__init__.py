"""The place on AWS, and on any other S3: who may do what, how the bucket is set, and for how long.

The rules are pure functions; the CloudFormation templates and ``shike bootstrap`` are two ways to
put the same rules in force.
"""
