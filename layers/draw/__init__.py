"""What every renderer without a browser draws with."""
