"""The settings. Those that an operator may change are read from the environment, with a type and a
default; docs/settings.md lists them.

Names that begin with an underscore stay in their module; all others are Django's settings.
"""

from config.settings.api import *  # noqa: F403
from config.settings.apps import *  # noqa: F403
from config.settings.data import *  # noqa: F403
from config.settings.files import *  # noqa: F403
from config.settings.logs import *  # noqa: F403
from config.settings.people import *  # noqa: F403
from config.settings.process import *  # noqa: F403
from config.settings.rules import *  # noqa: F403
from config.settings.security import *  # noqa: F403
from config.settings.unfold import *  # noqa: F403
