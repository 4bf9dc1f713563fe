"""Knows exact coordinates 精确坐标 of a person's home or whereabouts; those of works and land plots stay."""

from content.privacy.detectors._labelled import Detector, Labelled

_NUMBER = (
    r"-?(?:[en东北]?经?纬?)\s?\d{1,3}(?:\.\d{3,}|°\s?\d{1,2}[′'](?:\s?\d{1,2}(?:\.\d+)?[″\"])?)[en°]?"
)

_at_home = Labelled(
    "COORDINATES", "个人住所或行踪的精确坐标，属于行踪轨迹等敏感个人信息。",
    r"(?:家庭|住所|住址|住宅|居住|住户|本人|个人|户主|农户|房屋|实时|当前|签到)[^,。;\n\d]{0,6}(?:坐标|定位|经纬度|"
    r"位置|gps)|行踪轨迹|行动轨迹|home (?:location|gps|coordinates)",
    rf"(?:经度|东经)?\s?{_NUMBER}(?:\s?[,;、/\s]\s?(?:纬度|北纬)?:?\s?{_NUMBER})?",
    headers=r"(?:家庭|住所|住址|住宅|居住|住户|个人|户主|农户)[^,]{0,6}(?:坐标|定位|经纬度|位置)",
)

DETECTOR = Detector(
    "coordinates", _at_home, ("坐标", "定位", "经纬度", "位置", "gps", "轨迹", "location", "coordinates"),
)
