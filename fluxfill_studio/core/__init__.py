"""The domain in plain Python: values and rules, without Qt, network, disk, clock or asyncio."""
