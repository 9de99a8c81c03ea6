"""What holds for all tests of the project."""

from hypothesis import settings

# A busy machine is no reason to fail: pytest-timeout ends what hangs.
settings.register_profile("project", settings.default, deadline=None)
settings.load_profile("project")
