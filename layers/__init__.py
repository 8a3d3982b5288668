"""The plan and how it looks: model, status rules, stores, layer catalogue, style, Scene and the renderers."""
