"""What the renderers without a browser share: the Drawing, placing symbols and names, legend, Matplotlib."""
