"""Map services as layers of a plan: what is known of each, which hosts may be asked, and what comes from them."""
