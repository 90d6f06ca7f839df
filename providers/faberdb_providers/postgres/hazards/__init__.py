"""The hazards that a step can carry: their numbers, and a file for each that says what it is about.

`faberdb explain` and the reference show the files. A number is never given to another hazard: policies name them.
"""
