from rest_framework import serializers


class ReviewSerializer(serializers.Serializer):
    id = serializers.UUIDField(read_only=True)
    rating = serializers.IntegerField(min_value=1, max_value=5)
    title = serializers.CharField(max_length=120)
    body = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    author_name = serializers.CharField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    verified_purchase = serializers.BooleanField(source="is_verified", read_only=True)
