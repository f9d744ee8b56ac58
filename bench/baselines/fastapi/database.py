import os
from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

_, _, place = os.environ["DATABASE_URL"].partition("://")
url = f"postgresql+asyncpg://{place}"
engine = create_async_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True)
new_session = async_sessionmaker(engine, expire_on_commit=False)


async def get_db() -> AsyncIterator[AsyncSession]:
    async with new_session() as session:
        yield session
