"""What every renderer in a browser draws with: the plan as data, the document, our scripts and styles."""
