"""What the application says of itself: its views with their permissions, its routes with their patterns."""

from portal.security import CLOSED


def views(wsgi):
    """`(view, permission)` of every view, those for exceptions apart."""
    for each in wsgi.registry.introspector.get_category("views"):
        view = each["introspectable"]
        named = [other["value"] for other in each["related"] if other.category_name == "permissions"]
        context = view["context"]
        if not view["exception_only"] and not (isinstance(context, type) and issubclass(context, Exception)) \
                and getattr(context, "__name__", "") != "IExceptionResponse":
            yield view, named[0] if named else CLOSED


def routes(wsgi):
    """`{name: pattern}` of every route."""
    return {each["introspectable"]["name"]: each["introspectable"]["pattern"]
            for each in wsgi.registry.introspector.get_category("routes")}
