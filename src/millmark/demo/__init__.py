"""The demonstration: three fictional factories whose machines really run, and the sample city around them."""
