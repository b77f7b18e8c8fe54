"""Everything that talks to AWS, through its SDKs, with every wait bounded."""
