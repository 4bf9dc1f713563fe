"""The sample county 清源县 as data: departments, columns, people, documents; `portal.sample` brings it in."""
