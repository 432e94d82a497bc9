"""Who read an enterprise's detail: recorded before the answer leaves, for the enterprise to see."""
