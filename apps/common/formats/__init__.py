"""How dates and numbers look in the admins, where Django's own formats are American in English."""
