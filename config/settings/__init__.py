"""How the platform is put together. Every setting an operator may change is read from the
environment in these modules, typed and with its default; docs/settings.md has the same list.

Names that begin with an underscore stay in their module; all others are Django's settings."""

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
