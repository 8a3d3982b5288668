"""The plan, where it is stored, what a Scene selects from it, and the renderers that draw it. No Streamlit."""
