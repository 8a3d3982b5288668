"""GML as services of features give it: members, geometries and values, read without any schema but their own."""
