"""The Layers page: own layers asked by value and by place."""
